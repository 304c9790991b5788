package Demo::Langkah; sub shop { () } 1;
