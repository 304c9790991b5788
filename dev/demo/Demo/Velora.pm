package Demo::Velora; sub shop { () } 1;
